"""The ingress controllers that chaudit knows without being told, from their own documentation, charts and manifests."""

from collections.abc import Sequence

from chaudit_network.views.controllers import Controller, Marks

_NAME = "app.kubernetes.io/name"
_COMPONENT = "app.kubernetes.io/component"

INGRESS_NGINX = Controller(
    # https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/
    "k8s.io/ingress-nginx",
    Marks(
        labels=({_NAME: "ingress-nginx", _COMPONENT: "controller"},),
        images=("ingress-nginx/controller", "ingress-nginx/controller-chroot", "nginx-ingress-controller"),
        program="/nginx-ingress-controller",
    ),
    class_name="nginx",
    class_option="ingress-class",
    name_option="controller-class",
    classless_option="watch-ingress-without-class",
)

F5_NGINX = Controller(
    # It serves no class that is not registered: https://docs.nginx.com/nginx-ingress-controller/
    "nginx.org/ingress-controller",
    Marks(labels=({_NAME: "nginx-ingress"},), images=("nginx-ingress", "nginx-plus-ingress")),
)

GATEWAY_API = Controller(
    # What an implementation makes for a Gateway is to bear its name: https://gateway-api.sigs.k8s.io/geps/gep-1762/
    "gateway.networking.k8s.io",
    Marks(),
    proxies=Marks(
        labels=(
            {"gateway.networking.k8s.io/gateway-name": ""},
            {"gateway.envoyproxy.io/owning-gateway-name": ""},
            {"gateway.envoyproxy.io/owning-gatewayclass": ""},
        )
    ),
)
"""Whatever carries the traffic of Gateways. No IngressClass is for it."""

KNOWN_CONTROLLERS: Sequence[Controller] = (
    INGRESS_NGINX,
    F5_NGINX,
    # https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress/
    Controller(
        "traefik.io/ingress-controller",
        Marks(labels=({_NAME: "traefik"},), images=("traefik", "mirrored-library-traefik")),
        class_name="traefik",
        class_option="providers.kubernetesingress.ingressclass",
        classless=True,
    ),
    # https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/ingressclass.md
    Controller(
        "haproxy.org/ingress-controller",
        Marks(labels=({_NAME: "kubernetes-ingress"},), images=("haproxytech/kubernetes-ingress",)),
        class_option="ingress.class",
        name_option="ingress.class",
        classless_option="empty-ingress-class",
        classless=True,
    ),
    # https://haproxy-ingress.github.io/docs/configuration/command-line/#ingress-class
    Controller(
        "haproxy-ingress.github.io/controller",
        Marks(labels=({_NAME: "haproxy-ingress"},), images=("jcmoraisjr/haproxy-ingress",)),
        class_name="haproxy",
        class_option="ingress-class",
        name_option="controller-class",
        classless_option="watch-ingress-without-class",
    ),
    # Its image also runs beside every Envoy, so that only labels tell: https://projectcontour.io/docs/main/config/ingress/
    Controller(
        "projectcontour.io",
        Marks(labels=({"app": "contour"}, {_NAME: "contour", _COMPONENT: "contour"})),
        proxies=Marks(images=("projectcontour/contour", "bitnami/contour")),
        class_name="contour",
        class_option="ingress-class-name",
        classless=True,
        knows_unregistered=True,
    ),
    # https://developer.konghq.com/kubernetes-ingress-controller/ingress/
    Controller(
        "ingress-controllers.konghq.com/kong",
        Marks(images=("kong/kubernetes-ingress-controller",)),
        proxies=Marks(images=("kong", "kong/kong-gateway")),
        class_name="kong",
    ),
    # https://docs.cilium.io/en/stable/network/servicemesh/ingress/
    Controller("cilium.io/ingress-controller", Marks(labels=({"io.cilium/app": "operator"},)), class_name="cilium"),
    # https://istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress/
    Controller(
        "istio.io/ingress-controller",
        Marks(labels=({"app": "istiod"},)),
        proxies=Marks(labels=({"istio": "ingressgateway"},)),
        class_name="istio",
    ),
    # https://github.com/openshift/enhancements/blob/master/enhancements/ingress/transition-ingress-from-beta-to-stable.md
    Controller(
        "openshift.io/ingress-to-route",
        Marks(labels=({"ingresscontroller.operator.openshift.io/deployment-ingresscontroller": ""},)),
        classless=True,
    ),
    GATEWAY_API,
)
