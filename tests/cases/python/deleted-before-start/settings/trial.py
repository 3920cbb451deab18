MODE = "trial"
