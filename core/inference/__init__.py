"""What a trained run says of articles: predictions, calibration. No torch here."""
