MODE = "live"
