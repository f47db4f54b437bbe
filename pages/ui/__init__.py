"""What the screens share: data loaders, inputs bound to the URL, charts, theme, components."""
