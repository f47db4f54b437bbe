"""Components that draw themselves in the browser: curves, map, rings, search."""
