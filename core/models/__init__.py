"""The models: one `nn.Module` a file, chosen and built by `core.models.build`. Importing this room loads no torch."""
