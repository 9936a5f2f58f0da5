cwlVersion: v1.0
class: Workflow
requirements: {ScatterFeatureRequirement: {}}
inputs:
  masses: int[]
  script: File
  counts: File
outputs:
  limits: {type: File, outputSource: collect/limits}
steps:
  limit:
    run: limit.cwl
    scatter: mass
    in: {mass: masses, script: script, counts: counts}
    out: [limit]
  collect:
    run: collect.cwl
    in: {parts: limit/limit}
    out: [limits]
