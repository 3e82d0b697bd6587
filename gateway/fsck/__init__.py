"""`ussdgw fsck`: does the database keep its promises? Reads all of it once, names each fault, mends what is derivable.

A check is a function over the file as it was at one instant; it never writes. What it finds says itself how it is
mended, where other rows tell what the damaged one must have been; what nobody can know is named and left alone.
"""
