### Registration of the personal account.

register-opened = Личный кабинет открыт, бесплатно. Пароль по SMS: *111*25#
register-already = Кабинет открыт { DATE($since) }. Пароль: *111*25#. Закрыть: *111*20*2#

register-company = Кабинет - для частных лиц, а этот номер оформлен на организацию.
