"""How staff come in and stay safe: sign-in, second factors, sessions, another house's sign-in. By django-allauth."""
