### Prepaid cards.

card-redeemed = Карта принята: +{ MONEY($amount) }. Баланс: { MONEY($balance) }
card-redeemed_other = Карта принята: { PHONE($number) } получил { MONEY($amount) }
card-redeemed_by = { PHONE($number) } пополнил ваш счёт: +{ MONEY($amount) }. Баланс: { MONEY($balance) }

card-locked = Много неверных кодов. Карты можно вводить снова с { DATETIME($until) }. С банковской карты: *115#
card-unknown_number = { PHONE($number) } не наш абонент, карта не потрачена. Проверьте номер: *111*155*номер*код карты#
card-yours = Эта карта уже зачислена { DATETIME($at) }: { MONEY($amount) }. Баланс: *100#
card-unknown = Нет карты с таким кодом. Проверьте: *111*155*код карты#. Попыток: { $left }
card-not_active = Карта не активирована. Покажите её и чек продавцу. Попыток: { $left }
card-used = Карта уже использована. Пополнить иначе: *115#. Попыток: { $left }
card-expired = Срок карты истёк. Пополнить иначе: *115#. Попыток: { $left }
