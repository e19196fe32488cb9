"""How people's data end: by themselves when their time is over, or because the person asked. (decisions/0042)"""
