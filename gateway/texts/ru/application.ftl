### application: codes that belong to an application outside

# What the application says, as it says it.
application-says = { $text }
application-sorry = Сервис сейчас не отвечает. Попробуйте через несколько минут.
