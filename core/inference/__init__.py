"""What a trained run says of articles."""
