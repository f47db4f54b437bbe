"""How good models are: calibration, intervals, comparisons, the leaderboard. No torch here."""
