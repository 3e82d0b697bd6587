### Social networks as a way to log in.

social-ask = Привязать { $network } к вашему номеру? Код { $code }. Набрать: *111*20*4*{ $code }#
social-linked = { $network }: вход в кабинет открыт. Отвязать: *111*20*5*{ $id }#
social-unlinked = { $network }: вход в кабинет закрыт. Привязать: *111*20*3*{ $id }#
social-already_off = { $network } не привязан. Привязать: *111*20*3*{ $id }#

social-no_account = Сначала откройте личный кабинет, бесплатно: *111*20*1#
social-other_profile = { $network } уже привязан. Сначала отвяжите: *111*20*5*{ $id }#
