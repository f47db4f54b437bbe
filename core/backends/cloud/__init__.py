"""Jobs on machines of a provider, which are there for one job each: Vertex AI, Cloud Run jobs, a virtual machine."""
