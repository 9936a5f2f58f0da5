cwlVersion: v1.0
class: CommandLineTool
requirements:
  DockerRequirement: {dockerPull: "docker.io/library/python:3.11"}
baseCommand: papermill
inputs:
  notebook: {type: File, inputBinding: {position: 1}}
  input_file: {type: File, inputBinding: {position: 4}}
  output_file: {type: string, inputBinding: {position: 6}}
  galaxy: {type: string, inputBinding: {position: 8}}
  radius_min: {type: int, inputBinding: {position: 10}}
  radius_max: {type: int, inputBinding: {position: 12}}
arguments:
  - {position: 2, valueFrom: /dev/null}
  - {position: 3, prefix: -p, valueFrom: input_file}
  - {position: 5, prefix: -p, valueFrom: output_file}
  - {position: 7, prefix: -p, valueFrom: galaxy}
  - {position: 9, prefix: -p, valueFrom: radius_min}
  - {position: 11, prefix: -p, valueFrom: radius_max}
outputs:
  curve: {type: File, outputBinding: {glob: $(inputs.output_file)}}
