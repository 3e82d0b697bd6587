### Bonus points.

bonus-show_none = Вы не участвуете в бонусной программе. Вступить бесплатно: *111*455*1#
bonus-show =
    { $ending ->
        [0] Баллов пока нет. Как их тратить: *111*455*9#
       *[some] Баллов: { $points }{ $held ->
            [0] {""}
           *[some] , в подарках: { $held }
        }. { DATE($until) } сгорят { $ending }. Потратить: *111*455*9#
    }
bonus-joined = Вы в программе: балл за { MONEY($price) }. Баллы *111*455#, выйти *111*455*2#
bonus-already_joined = Вы уже в бонусной программе. Баллов: { $points }. Выйти: *111*455*2#
bonus-leave_ask = Выйти? Баллы сгорят насовсем: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-left = Вы вышли из программы. Сгорело баллов: { $points }. Вступить: *111*455*1#
bonus-already_left = Вы не участвуете в бонусной программе. Вступить: *111*455*1#
bonus-catalogue = Баллов: { $points }. Взять: *111*455*3*номер#, например *111*455*3*{ $example }#{ $lines }
bonus-catalogue_empty = Сейчас наград нет. Ваши баллы: *111*455#
bonus-spend_ask = { NAME($name) } на { $days } дн. за баллы: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-spend_ask_again = Цена изменилась. { NAME($name) } на { $days } дн. за баллы: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-spent = { NAME($name) } до { DATE($until) }. Осталось баллов: { $points }. Пакеты: *100*2#
bonus-history = Баллы: { $lines }. Сейчас: *111*455#
bonus-history_none = Баллы ещё не начислялись. Ваши баллы: *111*455#
bonus-gift_ask = Подарить { PHONE($number) } баллы: { $points }? ДА { $code } или *111*97*{ $code }#
bonus-gift_sent = Предложено { PHONE($number) } баллов: { $points }. Без согласия за { $hours } ч вернутся.
bonus-gift_offer = { PHONE($number) } дарит баллы: { $points }. Да: *111*97*{ $code }# Нет: *111*96*{ $code }#
bonus-received = { PHONE($number) } подарил баллы: { $points }. Всего: { $has }. *111*455#
bonus-given = { PHONE($number) } принял баллы: { $points }. У вас осталось: { $left }.
bonus-earned = Начислено баллов: { $points }, всего { $has }. Потратить: *111*455*9#
bonus-burnt = Прошёл год, сгорело баллов: { $points }. Осталось: { $has }. *111*455#

bonus-company = Бонусы - только для частных лиц. Номер оформлен на организацию.
bonus-not_member = Вы не в бонусной программе. Вступить бесплатно: *111*455*1#
bonus-unknown_reward = Награды { $id } нет. Список наград: *111*455*9#
bonus-not_enough_points = Свободно баллов: { $points }, не хватает { $missing }. Ваши баллы: *111*455#
bonus-self = Себе баллы не дарят. Другому: *111*455*7*9161234567*50#
bonus-unknown_number = { PHONE($number) } - не наш абонент. Проверьте: *111*455*7*9161234567*50#
bonus-receiver_not_member = { PHONE($number) } не в программе. Вступить с него: *111*455*1#
bonus-gift_limits = Подарить можно от 1 до { $max } баллов: *111*455*7*{ $number }*{ $max }#
bonus-month_limit = За месяц можно подарить { $max } баллов, осталось { $left }. История: *111*455*6#
bonus-gift_void = Подарок { PHONE($number) } не состоялся. Баллов: { $points }, они у вас: *111*455#
