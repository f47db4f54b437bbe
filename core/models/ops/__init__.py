"""What models compute with: sparse products, dropout, the reach of a few articles."""
