"""What runs in the environment of the engines: each of them, made to ask the server for its steps."""
