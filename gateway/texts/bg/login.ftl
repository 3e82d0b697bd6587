### For whom the commands are.

login-who = Командите са за номер { PHONE($number) }, още { $minutes } мин. след последната. Към своя номер: *111*26*2#
login-who_own = Командите са за вашия номер { PHONE($number) }
login-out = Вече не действате за { PHONE($number) }. Командите са за вашия номер.
login-entered = Действате за { PHONE($number) }, { $minutes } мин. Към своя номер: *111*26*2#
login-entered_by = От { PHONE($number) } влязоха в кабинета ви. Не сте вие? Сменете паролата и достъпът спира: *111*25*3*парола*парола#
login-self = Това е вашият номер, вход не е нужен. Парола по SMS: *111*25#
login-password_needed = Липсва паролата: *111*26*1*{ $number }*парола#
