"""How each quirk changes an answer; with none switched on, none of this runs."""
