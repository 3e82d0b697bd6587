### Direct transfer of money.

transfer-ask = Превод { MONEY($amount) } към { PHONE($number) }, такса { MONEY($fee) }. Да: *112*{ $code }# или SMS ДА { $code }. Не: SMS НЕ { $code }. Кодът важи { $minutes } мин.
transfer-ask_again = Таксата вече е { MONEY($fee) }. Превод { MONEY($amount) } към { PHONE($number) }. Да: *112*{ $code }# или SMS ДА { $code }. Не: SMS НЕ { $code }. Кодът важи { $minutes } мин.
transfer-sent = Преведени { MONEY($amount) } към { PHONE($number) }, такса { MONEY($fee) }, остават { MONEY($balance) }. Операция № { $reference }
transfer-received = Превод: { MONEY($amount) } от { PHONE($number) }. Парите са по сметката.
transfer-form = Превод: *112*номер*сума#, например *112*9161234567*100#, или SMS ПРЕВОД номер сума. Наведнъж от { MONEY($min) } до { MONEY($max) }, такса { MONEY($fee) }

transfer-self = Не може да превеждате на същия номер. Въведете друг: *112*номер*сума#
transfer-company = От фирмен номер не може да се превеждат пари. Превод може от личен номер.
transfer-tariff = При тарифа „{ NAME($tariff) }“ няма преводи. Превод може от номер с друга тарифа.
transfer-unknown_number = { PHONE($number) } не е наш абонат и превод не може. Проверете номера: *112*номер*сума#
transfer-other_region = Номерът { PHONE($number) } е от друг регион. Превежда се само в рамките на един регион.
transfer-same_account = Номерът { PHONE($number) } е със същата сметка, превод не е нужен. Баланс: *100#
transfer-sum_limits = Наведнъж може да преведете от { MONEY($min) } до { MONEY($max) }, например: *112*{ $number }*{ $example }#
transfer-day_limit =
    { $left ->
        [0] Дневният лимит за преводи, { MONEY($max) }, вече е достигнат. Опитайте утре.
       *[more] Днес може да преведете още { MONEY($left) }: *112*{ $number }*{ $example }#. Общо на ден { MONEY($max) }
    }
transfer-receiver_day_limit =
    { $left ->
        [0] Номерът { PHONE($number) } днес не приема повече преводи. Опитайте утре.
       *[more] Номерът { PHONE($number) } днес може да получи още { MONEY($left) }: *112*{ $number }*{ $example }#
    }
transfer-not_enough_money =
    { $possible ->
        [0] Не достигат { MONEY($missing) }: таксата е { MONEY($fee) } и по сметката трябва да останат { MONEY($left_min) }. Заредете сметката.
       *[more] Не достигат { MONEY($missing) }. Може до { MONEY($possible) }: *112*{ $number }*{ $example }#. Такса { MONEY($fee) }, по сметката трябва да останат { MONEY($left_min) }
    }
