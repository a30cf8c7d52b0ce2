"""Who announces the addresses of load balancers: the nodes that can, by whichever software, and why others cannot.

One node of several may do it at a time; what counts when it fails is who can take over.
"""
