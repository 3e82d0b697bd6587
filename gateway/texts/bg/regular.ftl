### Regular transfers.

regular-ask = { $period ->
        [daily] Всеки ден
        [weekly] Всяка седмица
       *[monthly] Всеки месец
    } { MONEY($amount) } на { PHONE($number) }, първи път на { DATE($first) }. { $fee ->
        [0] Без такса.
       *[fee] Такса { MONEY($fee) } еднократно.
    } ДА { $code } или *111*97*{ $code }#
regular-set = Преводът { MONEY($amount) } на { PHONE($number) } започва { DATETIME($first) }. В сметката { MONEY($balance) }. Отказ: *114*{ $number }#
regular-already = Този превод вече го има: { MONEY($amount) } на { PHONE($number) }, следващ { DATETIME($first) }. Отказ: *114*{ $number }#
regular-cancelled = Преводи на { PHONE($number) } повече няма да има. Отново: *114*номер*1*сума#
regular-moved = Преведени { MONEY($amount) } на { PHONE($number) }, в сметката { MONEY($balance) }. Следващ път: { DATE($next) }. Отказ: *114*{ $number }#
regular-missed = Преводът { MONEY($amount) } на { PHONE($number) } не е направен: { $reason ->
        [blocked] номерът е блокиран
        [not_enough_money] парите не стигат
       *[limit] надхвърлен е лимитът за деня
    }. Следващ: { DATE($next) }. Отказ: *114*{ $number }#
regular-ended = Преводи на { PHONE($number) } повече няма да има: този номер не може да ги получава от вас.

regular-self = Това е вашият номер. Посочете друг: *114*номер*1*сума#
regular-company = Номер на фирма не може да превежда пари. Преводът е възможен от личен номер.
regular-tariff = В тарифа «{ NAME($tariff) }» няма преводи. Смяна на тарифата: *111*59*9#
regular-unknown_number = { PHONE($number) } не е наш абонат. Проверете номера: *114*номер*1*сума#
regular-other_region = Номерът { PHONE($number) } е от друг регион. Превежда се само в своя регион.
regular-same_account = Номерът { PHONE($number) } е със същата сметка, превод не е нужен. Баланс: *100#
regular-sum_limits = Наведнъж може от { MONEY($min) } до { MONEY($max) }, например: *114*{ $number }*1*{ $example }#
regular-not_enough_money = За таксата { MONEY($fee) } не стигат { MONEY($missing) }. Заредете сметката: *115#
regular-too_many = Редовните преводи са най-много { $max }. Отказ от един: *114*{ $number }#
regular-not_set = Преводи на { PHONE($number) } няма. Настройка: *114*номер*1*сума#. 1 - всеки ден, 2 - седмица, 3 - месец
