cwlVersion: v1.0
class: Workflow
inputs:
  freezeout_folder: Directory
  dm_masses: double[]
  channel: string
  dwarfs: string[]
  jfactor_model: string
  jfactor_bandwidth: string
  self_conjugate: boolean
  sigma_v_min: double
  confidence_level: double
  threshold: double?
  toys: long
  seed: long
outputs:
  runs:
    type: Directory
    outputSource: compute_limit/runs
  summary:
    type: Directory
    outputSource: draw_summary/summary
steps:
  compute_limit:
    run:
      class: CommandLineTool
      requirements:
      - class: DockerRequirement
        dockerPull: docker.io/library/python:3.11-slim
      - class: InitialWorkDirRequirement
        listing:
        - entry: $(inputs.freezeout_folder)
          entryname: freezeout
          writable: true
      baseCommand: [python3, freezeout/prepare.py, run]
      inputs:
        freezeout_folder: Directory
        dm_masses:
          type: double[]
          inputBinding:
            valueFrom: dm_masses=$(self)
        channel:
          type: string
          inputBinding:
            valueFrom: channel=$(self)
        dwarfs:
          type: string[]
          inputBinding:
            valueFrom: dwarfs=$(self)
        jfactor_model:
          type: string
          inputBinding:
            valueFrom: jfactor_model=$(self)
        jfactor_bandwidth:
          type: string
          inputBinding:
            valueFrom: jfactor_bandwidth=$(self)
        self_conjugate:
          type: boolean
          inputBinding:
            valueFrom: self_conjugate=$(self)
        sigma_v_min:
          type: double
          inputBinding:
            valueFrom: sigma_v_min=$(self)
        confidence_level:
          type: double
          inputBinding:
            valueFrom: confidence_level=$(self)
        threshold:
          type: double?
          inputBinding:
            valueFrom: threshold=$(self)
        toys:
          type: long
          inputBinding:
            valueFrom: toys=$(self)
        seed:
          type: long
          inputBinding:
            valueFrom: seed=$(self)
      outputs:
        runs:
          type: Directory
          outputBinding:
            glob: runs
    in:
      freezeout_folder: freezeout_folder
      dm_masses: dm_masses
      channel: channel
      dwarfs: dwarfs
      jfactor_model: jfactor_model
      jfactor_bandwidth: jfactor_bandwidth
      self_conjugate: self_conjugate
      sigma_v_min: sigma_v_min
      confidence_level: confidence_level
      threshold: threshold
      toys: toys
      seed: seed
    out: [runs]
  draw_summary:
    run:
      class: CommandLineTool
      requirements:
      - class: DockerRequirement
        dockerPull: docker.io/library/python:3.11-slim
      - class: InitialWorkDirRequirement
        listing:
        - entry: $(inputs.freezeout_folder)
          entryname: freezeout
          writable: true
        - entry: $(inputs.runs)
          entryname: runs
      baseCommand: [python3, freezeout/prepare.py, summary]
      inputs:
        freezeout_folder: Directory
        runs: Directory
      outputs:
        summary:
          type: Directory
          outputBinding:
            glob: summary
    in:
      freezeout_folder: freezeout_folder
      runs: compute_limit/runs
    out: [summary]
