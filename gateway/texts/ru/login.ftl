### For whom the commands are.

login-who = Команды относятся к номеру { PHONE($number) }, ещё { $minutes } мин. после последней. Вернуться к своему: *111*26*2#
login-who_own = Команды относятся к вашему номеру { PHONE($number) }
login-out = Вы больше не действуете за { PHONE($number) }. Команды относятся к вашему номеру.
