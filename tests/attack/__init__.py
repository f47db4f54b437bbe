"""The app under attack: requests, stored files, uploads, stops and kills; `python -m tests.attack`."""
