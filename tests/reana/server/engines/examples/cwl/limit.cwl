cwlVersion: v1.0
class: CommandLineTool
requirements: {DockerRequirement: {dockerPull: "docker.io/library/python:3.11-slim"}}
hints:
  - {class: "http://reana.io/reana", kubernetes_memory_limit: 256Mi}
baseCommand: bash
inputs:
  script: {type: File, inputBinding: {position: 1}}
  mass: {type: int, inputBinding: {position: 2}}
  counts: {type: File, inputBinding: {position: 3}}
stdout: limit.txt
outputs: {limit: {type: stdout}}
