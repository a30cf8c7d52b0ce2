"""The names by which outsiders find applications: which records they have, and where these lead.

A name is known from the intent, from objects that external-dns publishes, and from Ingresses and routes. What DNS says
of it is known from external-dns's own objects and from what it makes of others; without such evidence it is not.
"""
