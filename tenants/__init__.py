"""The domain: tables and rules, one module per area; every transaction opens in `tenants.scope`."""
