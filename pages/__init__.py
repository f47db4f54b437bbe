"""The screens: one file each. Streamlit runs `router.py`, which draws what stands above every page and the page."""
