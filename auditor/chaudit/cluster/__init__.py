"""The live cluster: the only package that talks to an API server. It sends nothing but GET."""
