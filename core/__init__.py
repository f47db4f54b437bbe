"""Train, watch and understand a graph neural network on WikiCS; the pages, the command line and HTTP stand on it."""
