cwlVersion: v1.0
class: Workflow
inputs: {notebook: File, input_file: File, output_file: string, galaxy: string, radius_min: int, radius_max: int}
outputs:
  curve: {type: File, outputSource: rotation/curve}
steps:
  rotation:
    run: papermill.cwl
    in:
      notebook: notebook
      input_file: input_file
      output_file: output_file
      galaxy: galaxy
      radius_min: radius_min
      radius_max: radius_max
    out: [curve]
