"""The operator's data: codes, products, and the loaders that check them."""
