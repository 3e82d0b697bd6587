### Social networks as a way to log in.

social-ask = Да свържем ли { $network } с номера ви? Код { $code }. Наберете: *111*20*4*{ $code }#
social-linked = { $network }: входът в кабинета е отворен. Махане: *111*20*5*{ $id }#
social-unlinked = { $network }: входът в кабинета е спрян. Свързване: *111*20*3*{ $id }#
social-already_off = { $network } не е свързан. Свързване: *111*20*3*{ $id }#

social-no_account = Първо открийте личен кабинет, безплатно: *111*20*1#
social-other_profile = { $network } вече е свързан. Първо го махнете: *111*20*5*{ $id }#
