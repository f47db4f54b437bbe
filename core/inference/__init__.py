"""What a trained run says of articles. No torch here."""
