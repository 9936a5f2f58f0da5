cwlVersion: v1.0
class: CommandLineTool
requirements: {DockerRequirement: {dockerPull: "docker.io/library/python:3.11-slim"}}
baseCommand: cat
inputs: {parts: {type: "File[]", inputBinding: {position: 1}}}
stdout: limits.txt
outputs: {limits: {type: stdout}}
