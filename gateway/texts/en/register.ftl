### Registration of the personal account.

register-opened = Your personal account is open, free of charge. Password by SMS: *111*25#
register-already = Your personal account is open since { DATE($since) }. Password by SMS: *111*25#. Close it: *111*20*2#

register-company = The personal account is for private customers only. This number belongs to a company.
