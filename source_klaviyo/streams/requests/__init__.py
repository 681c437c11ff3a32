"""How a collection's pages and items are asked for."""
