### Tariffs: mine, those open to me, changing, the cheapest.

tariff-show =
    «{ NAME($tariff) }»: { $monthly ->
        [0] без платы в месяц
       *[some] { MONEY($monthly) } в месяц
    }{ $waits ->
        [yes] {" "}(ждёт оплаты: *115#)
       *[no] {""}
    }{ $minutes ->
        [0] {""}
       *[some] , { $minutes } мин.
    }{ $messages ->
        [0] {""}
       *[some] , { $messages } SMS
    }{ $megabytes ->
        [0] {""}
       *[some] , { $megabytes } МБ
    }. Дальше: минута { MONEY($minute_price) }, SMS { MONEY($sms_price) }, МБ { MONEY($megabyte_price) }. Сменить: *111*59*9#
tariff-list =
    Тарифы, в месяц, { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }:{ $tariffs }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Ещё тарифов: { $rest }
    }
    Перейти: *111*59*3*{ $id }#
tariff-list_empty = Других открытых тарифов сейчас нет. Ваш тариф: *111*59#
tariff-ask =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Перейти на «{ NAME($tariff) }»? { $price ->
        [0] Сейчас бесплатно
       *[some] Сейчас { MONEY($price) }{ $monthly ->
            [0] {""}
           *[some] {" "}с первым месяцем
        }
    }, потом { $monthly ->
        [0] без платы
       *[some] { MONEY($monthly) }
    } в месяц.{ $lost ->
        [0] {""}
       *[some] {" "}Оплата до { DAY($lost) } не вернётся.
    }{ $count ->
        [0] {""}
       *[some] {" "}Отключатся: { $services }.
    }{ $way_back ->
        [closed] {" "}Вернуться на ваш тариф будет нельзя.
       *[open] {""}
    } ДА { $code } или *111*97*{ $code }#
tariff-ask_again =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Цены изменились. Перейти на «{ NAME($tariff) }»? { $price ->
        [0] Сейчас бесплатно
       *[some] Сейчас { MONEY($price) }{ $monthly ->
            [0] {""}
           *[some] {" "}с первым месяцем
        }
    }, потом { $monthly ->
        [0] без платы
       *[some] { MONEY($monthly) }
    } в месяц.{ $lost ->
        [0] {""}
       *[some] {" "}Оплата до { DAY($lost) } не вернётся.
    }{ $count ->
        [0] {""}
       *[some] {" "}Отключатся: { $services }.
    }{ $way_back ->
        [closed] {" "}Вернуться на ваш тариф будет нельзя.
       *[open] {""}
    } ДА { $code } или *111*97*{ $code }#
tariff-changed =
    { $whose ->
        [own] Ваш тариф
       *[other] Тариф { PHONE($number) }
    } - «{ NAME($tariff) }», { $monthly ->
        [0] без платы
       *[some] { MONEY($monthly) }
    } в месяц. Списано { MONEY($price) }, осталось { MONEY($left) }.{ $monthly ->
        [0] {""}
       *[some] {" "}Следующая оплата { DAY($until) }.
    }{ $count ->
        [0] {""}
       *[some] {" "}Отключены: { $services }.
    }{ $way_back ->
        [closed] {" "}Другие тарифы: *111*59*9#
        [child] {" "}Вернуть: *111*7788*3*{ $number }*{ $before }#
       *[open] {" "}Вернуться: *111*59*3*{ $before }#
    }
tariff-already =
    { $whose ->
        [own] У вас уже тариф
       *[other] У { PHONE($number) } уже тариф
    } «{ NAME($tariff) }». Другие тарифы: *111*59*9#
tariff-changed_by = Абонент { PHONE($number) } сменил ваш тариф на «{ NAME($tariff) }». Подробнее: *111*59#
tariff-advice = За { $days } дн. «{ NAME($tariff) }» стоил бы { MONEY($cost) }, на { MONEY($saved) } меньше вашего. Перейти: *111*59*3*{ $id }#
tariff-advice_stay = Ваш тариф для вас самый выгодный: за { $days } дн. { MONEY($cost) }. Другие: *111*59*9#

tariff-unknown_tariff = Тарифа { $id } нет. Тарифы для вас: *111*59*9#
tariff-archive = На «{ NAME($tariff) }» больше не переходят. Тарифы для вас: *111*59*9#
tariff-recently = Тариф только что меняли. Снова можно { DATETIME($until) }. Ваш тариф: *111*59#
tariff-debt = { $whose ->
        [own] Баланс { MONEY($balance) }. Сначала пополните счёт, потом смените тариф: *115#
       *[other] На { PHONE($number) } долг. Сначала пополните: *115*{ $number }*сумма#
    }
tariff-not_enough_money =
    Переход на «{ NAME($tariff) }» { $monthly ->
        [0] {""}
       *[some] с первым месяцем{" "}
    }стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополнить: *115#
tariff-too_little =
    { $days ->
        [one] Для совета нужен { $days } день звонков.
        [few] Для совета нужно { $days } дня звонков.
       *[other] Для совета нужно { $days } дней звонков.
    } Все тарифы: *111*59*9#

tariff-renewed = Тариф «{ NAME($tariff) }» до { DAY($until) }: { MONEY($price) }. Осталось { MONEY($left) }. Подробнее: *111*59#
tariff-waits = Тариф «{ NAME($tariff) }» без пакетов: не хватает { MONEY($missing) }. Пополнить: *115#
tariff-resumed = Тариф «{ NAME($tariff) }» снова оплачен до { DAY($until) }: { MONEY($price) }. Осталось { MONEY($left) }.
