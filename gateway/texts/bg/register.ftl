### Registration of the personal account.

register-opened = Личният кабинет е открит, безплатно. Парола по SMS: *111*25#
register-already = Кабинетът е от { DATE($since) }. Парола: *111*25#. Закриване: *111*20*2#

register-company = Кабинетът е за частни лица, а този номер е на фирма.
