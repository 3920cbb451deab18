# no instruction at all
