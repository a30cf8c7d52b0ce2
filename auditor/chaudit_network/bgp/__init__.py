"""BGP: with whom nodes speak, and which routes they tell, as Calico, MetalLB, FRR-K8s and Cilium do it.

`peers` has the neighbours as objects configure them, `sessions` which node speaks with which, `routes` what nodes
have to tell, `filters` what of it a session lets out, and `advertisements` what comes of that. For each project there
is a module of each kind; `chaudit_network.views.bgp_*` puts them together.
"""
