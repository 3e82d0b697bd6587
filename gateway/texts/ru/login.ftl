### For whom the commands are.

login-who = Команды относятся к номеру { PHONE($number) }, ещё { $minutes } мин. после последней. Вернуться к своему: *111*26*2#
login-who_own = Команды относятся к вашему номеру { PHONE($number) }
login-out = Команды снова относятся к вашему номеру, а не к { PHONE($number) }.
login-entered = Вы действуете за { PHONE($number) }, { $minutes } мин. К своему номеру: *111*26*2#
login-entered_by = С номера { PHONE($number) } вошли в ваш кабинет. Это не вы? Смените пароль, и вход закроется: *111*25*3*пароль*пароль#
login-self = Это ваш номер, вход не нужен. Пароль по SMS: *111*25#
login-password_needed = Нужен пароль: *111*26*1*{ $number }*пароль#
