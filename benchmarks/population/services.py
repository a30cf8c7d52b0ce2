"""Makes services, their slices and their ingresses as large as those of a cluster in use."""

from benchmarks.population.sizes import (
    Manifest,
    Sizes,
    labels,
    load_balancer_address,
    node_name,
    owner,
    pod_address,
    pod_name,
    service_name,
)


def service(sizes: Sizes, number: int) -> Manifest:
    """Make a service: one in ten is a NodePort, one in twenty a load balancer."""
    kind = {0: "NodePort", 10: "NodePort", 5: "LoadBalancer"}.get(number % 20, "ClusterIP")
    balanced = {"ingress": [{"ip": load_balancer_address(number)}]} if kind == "LoadBalancer" else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "namespace": sizes.namespace(number),
            "name": service_name(number),
            "labels": labels(number),
            "annotations": {"meta.helm.sh/release-name": service_name(number), "prometheus.io/scrape": "true"},
        },
        "spec": {
            "type": kind,
            "selector": {"app.kubernetes.io/name": service_name(number)},
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
        "status": {"loadBalancer": balanced},
    }


def endpoint_slice(sizes: Sizes, number: int) -> Manifest:
    """Make the slice of the service of the same number, with its pods as endpoints."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": sizes.namespace(number),
            "name": f"{service_name(number)}-x7k2p",
            "labels": {
                **labels(number),
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                "kubernetes.io/service-name": service_name(number),
            },
            "ownerReferences": [owner("v1", "Service", service_name(number))],
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [_endpoint(sizes, number, pod) for pod in sizes.pods_of(number)],
    }


def ingress(sizes: Sizes, number: int) -> Manifest:
    """Make an ingress with two hosts and TLS."""
    target = number % sizes.services
    hosts = [f"web-{number:05d}.example.org", f"www.web-{number:05d}.example.org"]
    backend = {"service": {"name": service_name(target), "port": {"name": "http"}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend} for path in ("/", "/api", "/static")]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "namespace": sizes.namespace(target),
            "name": f"web-{number:05d}",
            "labels": labels(target),
            "annotations": {
                "cert-manager.io/cluster-issuer": "internal",
                "nginx.ingress.kubernetes.io/proxy-body-size": "16m",
                "nginx.ingress.kubernetes.io/ssl-redirect": "true",
            },
        },
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
            "tls": [{"hosts": hosts, "secretName": f"web-{number:05d}-tls"}],
        },
        "status": {"loadBalancer": {"ingress": [{"ip": load_balancer_address(0)}]}},
    }


def _endpoint(sizes: Sizes, number: int, pod: int) -> Manifest:
    return {
        "addresses": [pod_address(pod)],
        "conditions": {"ready": True},
        "nodeName": node_name(sizes.node_of(pod)),
        "targetRef": {
            "kind": "Pod",
            "namespace": sizes.namespace(number),
            "name": pod_name(number, pod),
            "uid": "0b7c9a52-93b4-4c39-8d3f-6d3a9a4f1c55",
        },
    }
