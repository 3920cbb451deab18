// roses are red
