"""Pictures: what is where on them, in the units of their own coordinates; templates only draw it."""
