"""Typed Kubernetes, Calico, MetalLB, Cilium and StarlingX objects, each beside the source it is read from."""
