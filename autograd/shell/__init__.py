"""The command line, the interactive session, and the expressions that they understand."""
