### Bonus points.

bonus-show_none = Не участвате в бонус програмата. Безплатно включване: *111*455*1#
bonus-show =
    { $ending ->
        [0] Още нямате точки. За какво са: *111*455*9#
       *[some] Точки: { $points }{ $held ->
            [0] {""}
           *[some] , в подаръци: { $held }
        }. На { DATE($until) } изгарят { $ending }. Награди: *111*455*9#
    }
bonus-joined = Вече сте в програмата: точка за { MONEY($price) }. *111*455#, изход *111*455*2#
bonus-already_joined = Вече участвате в бонус програмата. Точки: { $points }. Изход: *111*455*2#
bonus-leave_ask = Напускате? Точките изгарят: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-left = Напуснахте програмата. Изгорели точки: { $points }. Включване: *111*455*1#
bonus-already_left = Не участвате в бонус програмата. Включване: *111*455*1#
bonus-catalogue = Точки: { $points }. Избор: *111*455*3*номер#, например *111*455*3*{ $example }#{ $lines }
bonus-catalogue_empty = Сега няма награди. Вашите точки: *111*455#
bonus-spend_ask = { NAME($name) } за { $days } дни срещу точки: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-spend_ask_again = Цената е променена. { NAME($name) } за { $days } дни срещу точки: { $points }. ДА { $code } или *111*97*{ $code }#
bonus-spent = { NAME($name) } до { DATE($until) }. Остават точки: { $points }. Пакети: *100*2#
bonus-history = Точки: { $lines }. Сега: *111*455#
bonus-history_none = Още няма движения. Вашите точки: *111*455#
bonus-gift_ask = Да подарим на { PHONE($number) } точки: { $points }? ДА { $code } или *111*97*{ $code }#
bonus-gift_sent = Предложени на { PHONE($number) } точки: { $points }. Без съгласие до { $hours } ч се връщат.
bonus-gift_offer = { PHONE($number) } дарява точки: { $points }. Да: *111*97*{ $code }# Не: *111*96*{ $code }#
bonus-received = { PHONE($number) } ви подари точки: { $points }. Общо: { $has }. *111*455#
bonus-given = { PHONE($number) } прие точките: { $points }. Остават ви: { $left }.
bonus-earned = Нови точки: { $points }, общо { $has }. Награди: *111*455*9#
bonus-burnt = Мина година, изгорели точки: { $points }. Остават: { $has }. *111*455#

bonus-company = Бонусите са само за частни лица. Номерът е на фирма.
bonus-not_member = Не сте в бонус програмата. Безплатно включване: *111*455*1#
bonus-unknown_reward = Няма награда { $id }. Списък: *111*455*9#
bonus-not_enough_points = Свободни точки: { $points }, не достигат { $missing }. Вашите точки: *111*455#
bonus-self = Не може да подарите на себе си. На друг: *111*455*7*9161234567*50#
bonus-unknown_number = { PHONE($number) } не е наш абонат. Проверете: *111*455*7*9161234567*50#
bonus-receiver_not_member = { PHONE($number) } не е в програмата. Включване от него: *111*455*1#
bonus-gift_limits = Може да подарите от 1 до { $max } точки: *111*455*7*{ $number }*{ $max }#
bonus-month_limit = За месец може да подарите { $max } точки, остават { $left }. История: *111*455*6#
bonus-gift_void = Подаръкът за { PHONE($number) } не се получи, условията се промениха. Точки в него: { $points }. *111*455#
