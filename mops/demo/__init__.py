"""The demo workspace: Rotaleaf, an invented company, built through the product's own services."""
