"""What follows from the objects: networks, endpoints, routes, sessions. Pure functions, shared by all rules."""
