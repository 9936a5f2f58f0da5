"""Jobs about workflows: files to and from workspaces (`transfers`), a workflow once more (`again`)."""
