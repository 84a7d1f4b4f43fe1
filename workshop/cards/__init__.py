"""Cards: each lab and each attack as a page on which it is run, on unsafe shops and on defended."""
